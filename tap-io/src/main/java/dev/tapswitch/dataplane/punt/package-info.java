/**
 * Punting: frames that a worker hands to protocols of the control side. A worker copies such a frame into a bounded ring, and a dedicated
 * thread delivers it. Protocols themselves must never enter.
 */
package dev.tapswitch.dataplane.punt;
