/** Unix sockets that pass file descriptors (unix(7), SCM_RIGHTS). Nothing here knows what the messages mean. */
package dev.tapswitch.linux.unix;
