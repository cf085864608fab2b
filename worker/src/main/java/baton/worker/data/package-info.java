/**
 * What jobs train on, on this machine: fetched where the cache lacks it, verified, unpacked, and
 * kept within a bound. A cache may be shared by the workers of a machine; what one of them uses
 * none removes.
 */
package baton.worker.data;
