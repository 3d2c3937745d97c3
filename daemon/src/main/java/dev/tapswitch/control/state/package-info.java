/** JSON documents that survive a crash, a power loss and a full disk. It does not know the meaning of the documents. */
package dev.tapswitch.control.state;
