<?xml version="1.0" encoding="UTF-8"?>
<!-- Turns the CycloneDX SBOM into the third-party notices: one paragraph per component. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:bom="http://cyclonedx.org/schema/bom/1.6"
                exclude-result-prefixes="bom">
  <xsl:output method="text" encoding="UTF-8"/>

  <xsl:template match="/bom:bom">
    <xsl:text>Third-party notices

BEV Avatar contains the components below, unmodified, in the versions given. Each is under its own licence; licence
and notice files that a component ships are in the directory licenses beside this file. sbom.cdx.json lists the same
components with checksums, for machines (CycloneDX).
</xsl:text>
    <xsl:for-each select="bom:components/bom:component[not(bom:group = 'io.bev.avatar')]">
      <xsl:sort select="concat(bom:group, ':', bom:name)"/>
      <xsl:value-of select="concat('&#10;', bom:group, ':', bom:name, ' ', bom:version, '&#10;')"/>
      <xsl:for-each select="bom:licenses/bom:license">
        <xsl:value-of select="concat('  Licence: ', bom:id, bom:name)"/>
        <xsl:if test="bom:url"><xsl:value-of select="concat(' (', bom:url, ')')"/></xsl:if>
        <xsl:text>&#10;</xsl:text>
      </xsl:for-each>
      <xsl:for-each select="bom:licenses/bom:expression">
        <xsl:value-of select="concat('  Licence: ', ., '&#10;')"/>
      </xsl:for-each>
      <xsl:if test="bom:publisher"><xsl:value-of select="concat('  Publisher: ', bom:publisher, '&#10;')"/></xsl:if>
      <xsl:for-each select="bom:externalReferences/bom:reference[@type = 'website'][1]">
        <xsl:value-of select="concat('  Website: ', bom:url, '&#10;')"/>
      </xsl:for-each>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
