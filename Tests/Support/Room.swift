// Support: what several test targets share.
