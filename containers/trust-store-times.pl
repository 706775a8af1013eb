# trust-store-times.pl STORE: sets the creation time of each certificate in Java's trust store (JKS) to 0, so that two builds are identical.
use strict;
use warnings;

my $file = shift or die "usage: trust-store-times.pl STORE\n";
open my $in, '<:raw', $file or die "$file: $!\n";
my $store = do { local $/; <$in> };
my ($magic, $version, $count) = unpack 'N3', $store;
die "$file: not a JKS trust store of version 2\n" if ($magic // 0) != 0xfeedfeed || $version != 2;
my $at = 12;
for (1 .. $count) {
    my ($kind, $alias) = unpack "x$at N n", $store;
    die "$file: has an entry that is no certificate\n" if $kind != 2;
    $at += 6 + $alias;
    substr($store, $at, 8) = "\0" x 8;
    $at += 8;
    $at += 2 + unpack "x$at n", $store;
    $at += 4 + unpack "x$at N", $store;
}
die "$file: found $at bytes of entries in a file of " . length($store) . "\n" if $at + 20 != length $store;

# SHA-1 of the password in UTF-16, a constant and the entries. sha1sum: Digest::SHA is not in perl-base.
my $entries = substr $store, 0, $at;
open my $out, '>:raw', "$file.new" or die "$file.new: $!\n";
print $out join('', map { "\0$_" } split //, 'changeit'), 'Mighty Aphrodite', $entries;
close $out or die "$file.new: $!\n";
my ($digest) = `sha1sum "$file.new"` =~ /^\\?([0-9a-f]{40})/ or die "sha1sum failed\n";
open $out, '>:raw', "$file.new" or die "$file.new: $!\n";
print $out $entries, pack 'H40', $digest;
close $out or die "$file.new: $!\n";
chmod 0644, "$file.new";
rename "$file.new", $file or die "$file: $!\n";
