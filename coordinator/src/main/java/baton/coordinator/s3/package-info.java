/** Addresses in a bucket, made with a coordinator's own keys and lent to workers without any. */
package baton.coordinator.s3;
