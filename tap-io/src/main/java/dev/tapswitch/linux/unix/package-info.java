/** Unix sockets that pass file descriptors (unix(7), SCM_RIGHTS). */
package dev.tapswitch.linux.unix;
