/** A restart in two processes: the running daemon and its successor, and the protocol between them. Handles neither frames nor devices nor rules. */
package dev.tapswitch.control.handover;
