-- When the files of a pruned checkpoint were deleted, so that each is looked for once only.
ALTER TABLE checkpoints ADD COLUMN deleted_at TEXT;
CREATE INDEX checkpoints_to_delete ON checkpoints (job_id)
  WHERE mark = 'PRUNED' AND deleted_at IS NULL;
