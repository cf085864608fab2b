/**
 * The cache of the data that jobs train on: fetched if missing, verified, unpacked, and kept within
 * a bound. The workers of a machine may share a cache; data in use is never removed.
 */
package baton.worker.data;
