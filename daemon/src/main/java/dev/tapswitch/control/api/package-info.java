/** The control API: HTTP and JSON over a unix socket. It passes requests to the control thread and decides nothing. */
package dev.tapswitch.control.api;
