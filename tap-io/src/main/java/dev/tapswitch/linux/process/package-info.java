/** Runs host commands ({@code nft}, {@code iptables}, {@code busctl}) with limits on time and output. Nothing here knows what the commands do. */
package dev.tapswitch.linux.process;
