int short_essay;
