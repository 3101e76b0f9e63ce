import Testing

// Operators over lists, without regard to case, and over versions. See ConditionTests.

@Suite struct ConditionListTests {
  @Test func membership() throws {
    try check(
      #"""
      {"n":{"$in":[1,2,3]}} | {"n":2} | yes
      {"n":{"$in":[1,2,3]}} | {"n":4} | no
      {"n":{"$in":1}} | {"n":1} | no
      {"n":{"$in":[]}} | {"n":1} | no
      {"n":{"$in":[null]}} | {} | yes
      {"n":{"$in":["1"]}} | {"n":1} | no
      {"n":{"$in":[1.0,2.5]}} | {"n":1} | yes
      {"n":{"$in":[1,2.5]}} | {"n":2.5} | yes
      {"n":{"$in":[1]}} | {"n":true} | no
      {"n":{"$in":[true]}} | {"n":true} | yes
      {"n":{"$in":[{}]}} | {"n":{}} | no
      {"tags":{"$in":["a","b"]}} | {"tags":["d","e","a"]} | yes
      {"tags":{"$in":["a","b"]}} | {"tags":["d","b","f"]} | yes
      {"tags":{"$in":["a","b"]}} | {"tags":["d","b","a"]} | yes
      {"tags":{"$in":["a","b"]}} | {"tags":["d","e","f"]} | no
      {"tags":{"$in":["a","b"]}} | {"tags":[]} | no
      {"tags":{"$in":[["a"]]}} | {"tags":[["a"]]} | no
      {"n":{"$nin":[1,2,3]}} | {"n":4} | yes
      {"n":{"$nin":[1,2,3]}} | {"n":2} | no
      {"n":{"$nin":1}} | {"n":1} | no
      {"n":{"$nin":1}} | {"n":2} | no
      {"n":{"$nin":[1]}} | {} | yes
      {"tags":{"$nin":["a","b"]}} | {"tags":["d","e","a"]} | no
      {"tags":{"$nin":["a","b"]}} | {"tags":["d","b","f"]} | no
      {"tags":{"$nin":["a","b"]}} | {"tags":["d","b","a"]} | no
      {"tags":{"$nin":["a","b"]}} | {"tags":["d","e","f"]} | yes
      {"tags":{"$nin":["a","b"]}} | {"tags":[]} | yes
      # Case counts, unless told otherwise
      {"region":{"$in":["north"]}} | {"region":"NORTH"} | no
      {"region":{"$nin":["north"]}} | {"region":"NORTH"} | yes
      {"region":{"$ini":["north"]}} | {"region":"NORTH"} | yes
      {"region":{"$ini":["NORTH"]}} | {"region":"north"} | yes
      {"region":{"$ini":["North"]}} | {"region":"nORTH"} | yes
      {"region":{"$ini":["north"]}} | {"region":"south"} | no
      {"tags":{"$ini":["a","b"]}} | {"tags":["d","A"]} | yes
      {"tags":{"$ini":["A","B"]}} | {"tags":["d","b"]} | yes
      {"tags":{"$ini":["a","b"]}} | {"tags":["d","f"]} | no
      {"n":{"$ini":1}} | {"n":1} | no
      {"n":{"$ini":[1]}} | {"n":1} | yes
      {"region":{"$nini":["north"]}} | {"region":"south"} | yes
      {"region":{"$nini":["north"]}} | {"region":"NORTH"} | no
      {"region":{"$nini":["NORTH"]}} | {"region":"north"} | no
      {"tags":{"$nini":["a","b"]}} | {"tags":["d","f"]} | yes
      {"tags":{"$nini":["a","b"]}} | {"tags":["d","A"]} | no
      {"tags":{"$nini":["A","B"]}} | {"tags":["d","b"]} | no
      {"n":{"$nini":1}} | {"n":1} | no
      # Lower case of single letters, as JavaScript has it
      {"x":{"$ini":["\u0130"]}} | {"x":"i"} | no
      {"x":{"$ini":["STRA\u00dfE"]}} | {"x":"STRASSE"} | no
      {"x":{"$ini":["\u03a3"]}} | {"x":"\u03c3"} | yes
      {"x":{"$ini":["\u0410"]}} | {"x":"\u0430"} | yes
      {"x":{"$ini":["\u039f\u0394\u039f\u03a3"]}} | {"x":"\u03bf\u03b4\u03bf\u03c2"} | yes
      """#)
  }

  @Test func lists() throws {
    try check(
      #"""
      # $elemMatch over values
      {"n":{"$elemMatch":{"$gt":10}}} | {"n":[0,5,-20,15]} | yes
      {"n":{"$elemMatch":{"$gt":10}}} | {"n":[0,5,-20,8]} | no
      {"tags":{"$elemMatch":{"$eq":"tea"}}} | {"tags":["hot","tea","new"]} | yes
      {"tags":{"$elemMatch":{"$eq":"tea"}}} | {"tags":["hot","new"]} | no
      {"tags":{"$elemMatch":{"$in":["a","b"]}}} | {"tags":["d","e","b"]} | yes
      {"tags":{"$elemMatch":{"$in":["a","b"]}}} | {"tags":["d","e","f"]} | no
      {"tags":{"$not":{"$elemMatch":{"$eq":"tea"}}}} | {"tags":["hot","new"]} | yes
      {"tags":{"$not":{"$elemMatch":{"$eq":"tea"}}}} | {"tags":["hot","tea"]} | no
      {"x":{"$elemMatch":{"$eq":0}}} | {"x":[0]} | yes
      {"x":{"$elemMatch":{"$eq":false}}} | {"x":[false]} | yes
      {"x":{"$elemMatch":{"$eq":""}}} | {"x":[""]} | yes
      {"x":{"$elemMatch":{"$eq":null}}} | {"x":[null]} | no
      {"x":{"$elemMatch":{"$gt":4,"$lt":6}}} | {"x":[3,7]} | no
      {"x":{"$elemMatch":{"$gt":1}}} | {"x":5} | no
      {"x":{"$elemMatch":"tea"}} | {"x":["tea"]} | no
      # $elemMatch over records
      {"lines":{"$elemMatch":{"sku":{"$regex":"^tea-"}}}} | {"lines":[{"sku":"cup-1"}, \#
        {"sku":"tea-1"}]} | yes
      {"lines":{"$elemMatch":{"sku":{"$regex":"^tea-"}}}} | {"lines":[{"sku":"cup-1"}, \#
        {"sku":"pot-1"}]} | no
      {"lines":{"$elemMatch":{"sku":{"$regex":"^tea-"}}}} | {"lines":"all"} | no
      {"lines":{"$elemMatch":{"sku":"a","n":2}}} | {"lines":[{"sku":"a","n":1},{"sku":"b", \#
        "n":2}]} | no
      {"lines":{"$elemMatch":{"$or":[{"sku":"a"},{"sku":"b"}]}}} | {"lines":[{"sku":"b"}]} | yes
      {"lines":{"$elemMatch":{"$nor":[{"sku":"a"},{"sku":"b"}]}}} | {"lines":[{"sku":"b"}]} | no
      {"lines":{"$elemMatch":{"deep.0":1}}} | {"lines":[{"deep":[1]}]} | yes
      {"lines":{"$elemMatch":{"0":1}}} | {"lines":[[1]]} | yes
      {"lines":{"$elemMatch":{}}} | {"lines":[0]} | yes
      {"lines":{"$elemMatch":{}}} | {"lines":[]} | no
      # $size
      {"tags":{"$size":0}} | {"tags":[]} | yes
      {"tags":{"$size":0}} | {"tags":[10]} | no
      {"tags":{"$size":3}} | {"tags":["a","b","c"]} | yes
      {"tags":{"$size":3}} | {"tags":["a","b"]} | no
      {"tags":{"$size":3}} | {"tags":["a","b","c","d"]} | no
      {"tags":{"$size":3}} | {"tags":"abc"} | no
      {"tags":{"$size":{"$gt":2}}} | {"tags":[0,1,2]} | yes
      {"tags":{"$size":{"$gt":2}}} | {"tags":[0,1]} | no
      {"tags":{"$size":{"$gt":2}}} | {"tags":[0]} | no
      # $all
      {"tags":{"$all":["a","c"]}} | {"tags":["a","b","c"]} | yes
      {"tags":{"$all":["a","c"]}} | {"tags":["a","b","d"]} | no
      {"tags":{"$all":["a","c"]}} | {"tags":"ac"} | no
      {"tags":{"$all":["a","c"]}} | {"tags":["A","C"]} | no
      {"tags":{"$all":[]}} | {"tags":[]} | yes
      {"tags":{"$all":"a"}} | {"tags":["a"]} | no
      {"n":{"$all":[{"$gt":5},{"$lt":2}]}} | {"n":[1,9]} | yes
      {"n":{"$all":[{"$gt":5},{"$lt":2}]}} | {"n":[3,9]} | no
      {"tags":{"$alli":["a","c"]}} | {"tags":["A","b","C"]} | yes
      {"tags":{"$alli":["A","C"]}} | {"tags":["a","b","c"]} | yes
      {"tags":{"$alli":["A","c"]}} | {"tags":["a","B","C"]} | yes
      {"tags":{"$alli":["a","c"]}} | {"tags":["A","b"]} | no
      {"tags":{"$alli":["a","c"]}} | {"tags":"ac"} | no
      """#)
  }

  @Test func patterns() throws {
    try check(
      #"""
      {"device":{"$regex":"(Phone|Pad)"}} | {"device":"A Phone of theirs"} | yes
      {"device":{"$regex":"(Phone|Pad)"}} | {"device":"A Desk of theirs"} | no
      {"device":{"$regex":"(phone|pad)"}} | {"device":"A Phone of theirs"} | no
      {"device":{"$regexi":"(phone|pad)"}} | {"device":"A Phone of theirs"} | yes
      {"device":{"$regexi":"(PHONE|PAD)"}} | {"device":"a phone of theirs"} | yes
      {"device":{"$regexi":"(phone|pad)"}} | {"device":"A Desk of theirs"} | no
      {"device":{"$regex":"(?i)(phone|pad)"}} | {"device":"A PHONE of theirs"} | yes
      {"device":{"$notRegex":"(Phone|Pad)"}} | {"device":"A Desk of theirs"} | yes
      {"device":{"$notRegex":"(Phone|Pad)"}} | {"device":"A Phone of theirs"} | no
      {"device":{"$notRegexi":"(phone|pad)"}} | {"device":"A Desk of theirs"} | yes
      {"device":{"$notRegexi":"(phone|pad)"}} | {"device":"A Phone of theirs"} | no
      {"device":{"$notRegex":"abc"}} | {} | yes
      {"device":{"$notRegexi":"ABC"}} | {} | yes
      {"name":{"$not":{"$regex":"^ann"}}} | {"name":"bob"} | yes
      {"name":{"$not":{"$regex":"^ann"}}} | {"name":"anna"} | no
      # Broken patterns hold for nothing
      {"name":{"$regex":"/???***[)"}} | {"name":"ann"} | no
      {"name":{"$regex":"/???***[)"}} | {"other":"ann"} | no
      {"name":{"$notRegex":"("}} | {"name":"ann"} | no
      {"name":{"$regex":5}} | {"name":"5"} | no
      # Other values are met by their text; null has none
      {"x":{"$regex":"^12\\.5$"}} | {"x":12.5} | yes
      {"x":{"$regex":"^true$"}} | {"x":true} | yes
      {"x":{"$regex":"a,b"}} | {"x":["a","b"]} | yes
      {"x":{"$regex":""}} | {"x":""} | yes
      {"x":{"$regex":""}} | {} | no
      {"path":{"$regex":"^/tea/\\d+$"}} | {"path":"/tea/42"} | yes
      """#)
  }

  @Test func versions() throws {
    try check(
      #"""
      # Numbers by size, part by part
      {"v":{"$vgt":"9.99.8","$vlt":"11.0.1"}} | {"v":"10.12.13"} | yes
      {"v":{"$vgt":"10.2.11","$vlt":"10.20.11"}} | {"v":"10.12.11"} | yes
      {"v":{"$vgt":"10.0.2","$vlt":"10.0.20"}} | {"v":"10.0.12"} | yes
      {"v":{"$vgt":"30.0.0","$vlt":"50.0.0"}} | {"v":"60.0.0"} | no
      {"v":{"$vgt":"10.30.0","$vlt":"10.50.0"}} | {"v":"10.60.0"} | no
      {"v":{"$vgt":"10.2.30","$vlt":"10.2.50"}} | {"v":"10.2.60"} | no
      {"v":{"$vgt":"30.0.16","$vlt":"50.0.16"}} | {"v":"20.0.16"} | no
      {"v":{"$vgt":"10.30.0","$vlt":"10.50.0"}} | {"v":"10.20.0"} | no
      {"v":{"$vgt":"10.30.10","$vlt":"10.30.20"}} | {"v":"10.30.2"} | no
      {"v":{"$vgte":"5.30.2","$vlte":"5.60.2"}} | {"v":"5.30.2"} | yes
      {"v":{"$vgte":"5.30.2","$vlte":"5.60.2"}} | {"v":"5.60.2"} | yes
      {"v":{"$vgte":"30.1.2","$vlte":"60.1.2"}} | {"v":"61.1.2"} | no
      {"v":{"$vgte":"30.1.2","$vlte":"60.1.2"}} | {"v":"29.1.2"} | no
      {"v":{"$vgte":"1.2.30","$vlte":"1.2.60"}} | {"v":"1.2.29"} | no
      {"v":{"$vgt":"9999.0.0"}} | {"v":"10000.0.0"} | yes
      {"v":{"$vlt":"1.0.0"}} | {"v":"0.9.99"} | yes
      # Pre-releases come before
      {"v":{"$vgt":"1.0.0-alpha","$vlt":"1.0.0-beta"}} | {"v":"1.0.0-alpha"} | no
      {"v":{"$vgt":"1.0.0-alpha","$vlt":"1.0.0-beta"}} | {"v":"1.0.0-beta"} | no
      {"v":{"$vgt":"1.0.0-alpha","$vlt":"1.0.0-beta"}} | {"v":"1.0.0-alpha.10"} | yes
      {"v":{"$vgt":"1.0.0-alpha","$vlt":"1.0.0-beta"}} | {"v":"1.0.0-ALPHA"} | no
      {"v":{"$vgt":"1.0.0-alpha.2","$vlt":"1.0.0-beta.1"}} | {"v":"1.0.0-alpha.1"} | no
      {"v":{"$vlt":"1.0.0"}} | {"v":"1.0.0-rc.1"} | yes
      {"v":{"$vlt":"1.0.0-rc.1"}} | {"v":"1.0.0-beta.11"} | yes
      {"v":{"$vlt":"1.0.0-beta.11"}} | {"v":"1.0.0-beta.2"} | yes
      {"v":{"$vlt":"1.0.0-alpha.beta"}} | {"v":"1.0.0-alpha.1"} | yes
      {"v":{"$vlt":"1.0.0-0.0.0"}} | {"v":"1.0.0-0.0"} | yes
      {"v":{"$vlt":"1.0.0--"}} | {"v":"1.0.0-9999"} | yes
      {"v":{"$vlt":"1.0.0-100"}} | {"v":"1.0.0-99"} | yes
      {"v":{"$vlt":"1.0.0--1"}} | {"v":"1.0.0-0"} | yes
      {"v":{"$vlt":"1.0.0-1.-1"}} | {"v":"1.0.0-1.0"} | yes
      {"v":{"$vlt":"1.2.3-a.b.c.d"}} | {"v":"1.2.3-a.b.c"} | yes
      {"v":{"$vgt":"1.2.3-5"}} | {"v":"1.2.3-5-foo"} | yes
      {"v":{"$vgt":"1.2.3-5-Foo"}} | {"v":"1.2.3-5-foo"} | yes
      {"v":{"$vgt":"1.2.3-a.b.c.5.d.100"}} | {"v":"1.2.3-a.b.c.10.d.5"} | yes
      {"v":{"$vgt":"1.2.3-r100"}} | {"v":"1.2.3-r2"} | yes
      {"v":{"$vgt":"1.2.3-R2"}} | {"v":"1.2.3-r100"} | yes
      {"v":{"$vgt":"1.2.3"}} | {"v":"a.b.c.d.e.f"} | yes
      # A leading v and the build do not count
      {"v":{"$vgt":"v0.9.9"}} | {"v":"1.0.0"} | yes
      {"v":{"$vgt":"0.0.0-foo"}} | {"v":"v0.0.0"} | yes
      {"v":{"$vgt":"2.7.2+asdf"}} | {"v":"3.0.0"} | yes
      {"v":{"$veq":"1.2.3"}} | {"v":"1.2.3"} | yes
      {"v":{"$veq":"1.2.3"}} | {"v":"1.2.3+build.abc.123"} | yes
      {"v":{"$veq":"v1.2.3-beta+otherbuild"}} | {"v":"1.2.3-beta+build"} | yes
      {"v":{"$veq":"1-2.3+build99"}} | {"v":"1-2-3"} | yes
      {"v":{"$veq":"1.2.3-4"}} | {"v":"1.2.3.4"} | yes
      {"v":{"$vne":"1.2.3"}} | {"v":"2.2.3"} | yes
      {"v":{"$vne":"1.2.3"}} | {"v":"1.2.3-alpha"} | yes
      {"v":{"$vne":"1.2.3"}} | {"v":"v1.2.3"} | no
      # What is no version is version 0, and a number its text
      {"v":{"$veq":"0"}} | {} | yes
      {"v":{"$veq":"0"}} | {"v":""} | yes
      {"v":{"$veq":"0"}} | {"v":[1]} | yes
      {"v":{"$veq":"1.5"}} | {"v":1.5} | yes
      {"v":{"$vgt":9}} | {"v":10} | yes
      """#)
  }
}
