/** Traffic control: rate limits of interfaces by the kernel's token bucket filter (tc-tbf(8)). Nothing here limits frames in Tapswitch itself. */
package dev.tapswitch.linux.tc;
