/** JSON documents that survive a crash, a power loss and a full disk. What the documents mean must never enter. */
package dev.tapswitch.control.state;
