"""Bodies, posts, boards and plans, their names dated and in both languages."""
