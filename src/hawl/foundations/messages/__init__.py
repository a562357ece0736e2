"""What the house says to people: neutral words, an outbox, and carriers. Whether it may is asked of a gate."""
