/** io_uring (io_uring(7), linux/io_uring.h): the shared rings and the registered files. Nothing here knows ports or frames. */
package dev.tapswitch.linux.uring;
