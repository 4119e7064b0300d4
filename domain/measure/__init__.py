"""What do figures say about a customer? Pure: figures come in, a score with its reasons comes out."""
