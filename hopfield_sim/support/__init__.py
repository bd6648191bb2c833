"""What every room may use: files, threads, progress, thumbnails, statistics. It knows no memory."""
