"""Events of police, witness care, courts and probation, by a daily extract from the systems in which they are kept."""
