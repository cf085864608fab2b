/** The long training of lipnet, and pictures of what it sees and how it learns. */
package baton.proofs.lipnet;
