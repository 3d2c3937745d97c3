/** What was measured, and its report as JSON, Markdown and one HTML page. Nothing here runs or measures anything. */
package dev.tapswitch.benchmarks.e2e.report;
