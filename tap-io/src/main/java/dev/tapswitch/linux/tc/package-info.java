/** Traffic control: rate limits of interfaces by the kernel's token buckets (tc-tbf(8)). */
package dev.tapswitch.linux.tc;
