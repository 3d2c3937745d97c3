/**
 * Bindings of system calls by the Foreign Function and Memory API, error numbers, and kernel constants with their headers. No package below this
 * one; nothing here knows what the calls are for.
 */
package dev.tapswitch.linux.sys;
