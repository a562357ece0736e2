"""The desks: the Victim Care Unit of the police and the hub to which it refers people on."""
