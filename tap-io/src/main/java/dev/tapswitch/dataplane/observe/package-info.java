/** Shows frames to users. It copies what it needs and never delays or changes a frame. */
package dev.tapswitch.dataplane.observe;
