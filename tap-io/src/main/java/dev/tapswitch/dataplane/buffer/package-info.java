/** Memory for frames: the layout of read buffers, and rings of copied frames. It knows nothing of switches, ports and event loops. */
package dev.tapswitch.dataplane.buffer;
