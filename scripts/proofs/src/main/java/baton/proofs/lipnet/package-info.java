/** The long training of lipnet, with pictures of what it sees and how it learns. */
package baton.proofs.lipnet;
