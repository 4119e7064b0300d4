"""What do notices say? Templates, rendered in the receiver's language, the same for every channel."""
