/** io_uring (linux/io_uring.h): the shared rings and registered files. Nothing here knows ports or frames. */
package dev.tapswitch.linux.uring;
