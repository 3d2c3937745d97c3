/** The control API: HTTP and JSON over a unix socket. What it is asked it hands to the control thread; nothing is decided here. */
package dev.tapswitch.control.api;
