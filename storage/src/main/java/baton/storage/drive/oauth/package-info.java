/**
 * Signing in to Google: a person's consent on another device, the file that keeps it, the sign-in
 * of a machine, and access that was lent. It knows OAuth and nothing of files in Drive; tokens and
 * secrets stand in no text of these types.
 */
package baton.storage.drive.oauth;
