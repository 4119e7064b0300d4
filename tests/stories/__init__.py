"""Stories through all rooms: real servers, several processes, one day or one onboarding at a time."""
