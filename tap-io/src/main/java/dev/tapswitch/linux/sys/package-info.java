/** FFM bindings of the few system calls we make, errno, and constants with their kernel header named. Policy must never enter. */
package dev.tapswitch.linux.sys;
