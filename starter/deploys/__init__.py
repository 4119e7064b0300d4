"""May this code be deployed, and has every open workflow moved to it? Replays histories, and wakes workflows."""
