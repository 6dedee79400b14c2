"""What else a government, an authority or a cooperative can set beside the way of buying, one policy a file."""
