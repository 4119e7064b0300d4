"""What do messages say? Templates, rendered in the receiver's language, for every channel alike."""
