/**
 * Lip reading: LipNet's network, its loss and decoders, and two corpora of clips, one filmed and
 * one synthetic.
 */
package baton.programs.lipnet;
