/** Packs a folder into archives and uploads them to where workers fetch them. */
package baton.cli.data;
