/** Packs a folder into archives that workers can fetch, and puts them where they are read. */
package baton.cli.data;
