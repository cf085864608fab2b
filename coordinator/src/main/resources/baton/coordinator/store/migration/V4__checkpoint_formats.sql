-- Of what format a checkpoint is: what was committed before there were several is of the first.
ALTER TABLE checkpoints ADD COLUMN format INTEGER NOT NULL DEFAULT 1;
