package io.bev.avatar.exporter.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Markdown of the runbooks as HTML: headings, paragraphs, lists, code and links to other runbooks. */
final class MarkdownHtml {

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern LINK = Pattern.compile("\\[([^\\]]+)]\\(([A-Za-z0-9]+)\\.md\\)");
    private static final Pattern HEADING = Pattern.compile("(#{1,3}) (.*)");

    private MarkdownHtml() {}

    /** Converts a text; everything in it that is HTML is shown as text. */
    static String of(String markdown) {
        StringBuilder html = new StringBuilder();
        for (String block : markdown.strip().split("\n\\s*\n", -1)) {
            Matcher heading = HEADING.matcher(block.strip());
            if (heading.matches()) {
                int level = heading.group(1).length();
                html.append("<h" + level + ">" + inline(heading.group(2)) + "</h" + level + ">\n");
            } else if (block.startsWith("- ")) {
                html.append("<ul>\n");
                for (String item : block.substring(2).split("\n- ", -1)) {
                    html.append("<li>" + inline(item) + "</li>\n");
                }
                html.append("</ul>\n");
            } else {
                html.append("<p>" + inline(block) + "</p>\n");
            }
        }
        return html.toString();
    }

    private static String inline(String text) {
        String line = escape(text.replaceAll("\\s*\n\\s*", " ").strip());
        String linked = LINK.matcher(line).replaceAll("<a href=\"" + RunbookPages.PATH + "/$2\">$1</a>");
        return CODE.matcher(linked).replaceAll("<code>$1</code>");
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
