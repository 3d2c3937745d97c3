/** The results, and the report as JSON, Markdown and one HTML page. Code here must not run or measure anything. */
package dev.tapswitch.benchmarks.e2e.report;
