/** Busy polling: for how long, and which queues, a worker polls before it sleeps. It knows nothing of frames and switches. */
package dev.tapswitch.dataplane.poll;
