"""What every room may use: files, progress, small pictures, statistics. It knows no memory."""
