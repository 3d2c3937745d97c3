/**
 * The data path's composition: starts the workers with epoll or io_uring, attaches ports to them, watches links. The data path itself is in the packages
 * below.
 */
package dev.tapswitch.dataplane;
