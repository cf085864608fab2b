/**
 * An S3-compatible bucket as a store of checkpoints: Amazon S3, Cloudflare R2, MinIO, Hugging
 * Face's storage buckets. A file's store id is its path; a folder is an empty object whose key ends
 * with a slash.
 */
package baton.storage.s3;
