/**
 * Lip reading: LipNet's network, the loss and the decoders it takes, and two corpora of clips, one
 * filmed and one drawn.
 */
package baton.programs.lipnet;
