/**
 * Signing in to Google: a person's consent on another device, the file that stores it, the sign-in
 * of a machine, and lent access. It knows OAuth, but no files in Drive; messages and toString of
 * these types contain no tokens and no secrets.
 */
package baton.storage.drive.oauth;
