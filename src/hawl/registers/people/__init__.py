"""The person helped, and how to reach them safely."""
