import Testing

// What the shared cases of GrowthBook's SDKs pin down, on data of a shop. Expected values of the
// rows that they do not cover come from running JavaScript.

@Suite struct ConditionTests {
  @Test func logicalOperators() throws {
    try check(
      #"""
      # Nothing asked, nothing denied
      {} | {"tier":"gold"} | yes
      {"$and":[]} | {"tier":"gold"} | yes
      {"$or":[]} | {"tier":"gold"} | yes
      {"$nor":[]} | {"tier":"gold"} | no
      {"$not":{}} | {"tier":"gold"} | no
      {"$or":[{}]} | {} | yes
      # $not
      {"$not":{"tier":"gold"}} | {"tier":"silver"} | yes
      {"$not":{"tier":"gold"}} | {"tier":"gold"} | no
      # $and around $or, in all outcomes
      {"$and":[{"card.points":{"$gt":65}},{"$or":[{"joined":{"$regex":"-11-11$"}}, \#
        {"tier":"gold"}]}]} | {"tier":"gold","joined":"2019-11-11","card":{"points":70}} | yes
      {"$and":[{"card.points":{"$gt":65}},{"$or":[{"joined":{"$regex":"-11-11$"}}, \#
        {"tier":"gold"}]}]} | {"tier":"gold","joined":"2019-11-12","card":{"points":70}} | yes
      {"$and":[{"card.points":{"$gt":65}},{"$or":[{"joined":{"$regex":"-11-11$"}}, \#
        {"tier":"gold"}]}]} | {"tier":"new","joined":"2019-11-11","card":{"points":70}} | yes
      {"$and":[{"card.points":{"$gt":65}},{"$or":[{"joined":{"$regex":"-11-11$"}}, \#
        {"tier":"gold"}]}]} | {"tier":"gold","joined":"2019-11-11","card":{"points":65}} | no
      {"$and":[{"card.points":{"$gt":65}},{"$or":[{"joined":{"$regex":"-11-11$"}}, \#
        {"tier":"gold"}]}]} | {"tier":"new","joined":"2019-12-11","card":{"points":70}} | no
      {"$and":[{"card.points":{"$gt":65}},{"$or":[{"joined":{"$regex":"-11-11$"}}, \#
        {"tier":"gold"}]}]} | {"tier":"new","joined":"2019-12-12","card":{"points":40}} | no
      # $nor
      {"$nor":[{"tier":"gold"},{"orders":{"$lt":3}}]} | {"tier":"new","orders":4} | yes
      {"$nor":[{"tier":"gold"},{"orders":{"$lt":3}}]} | {"tier":"gold","orders":2} | no
      {"$nor":[{"tier":"gold"},{"orders":{"$lt":3}}]} | {"tier":"gold","orders":4} | no
      {"$nor":[{"tier":"gold"},{"orders":{"$lt":3}}]} | {"tier":"new","orders":2} | no
      # All members of a condition count, operators and fields alike
      {"$or":[{"a":1},{"b":1}],"c":2} | {"a":1,"b":2,"c":1} | no
      {"$or":[{"a":1},{"b":1}],"c":2} | {"a":1,"b":2,"c":2} | yes
      {"$and":[{"a":1},{"b":1}],"$or":[{"c":1},{"d":1}]} | {"a":1,"b":1,"c":2} | no
      {"$and":[{"a":1},{"b":1}],"$or":[{"c":1},{"d":1}]} | {"a":1,"b":1,"c":2,"d":1} | yes
      # A field may be called like an operator
      {"$and":[{"$lists":{"$elemMatch":{"$eq":"vip"}}}, \#
        {"$or":[{"$lists":{"$elemMatch":{"$eq":"x"}}}, \#
        {"$lists":{"$elemMatch":{"$eq":"mail"}}}]}, \#
        {"$not":{"$lists":{"$elemMatch":{"$eq":"barred"}}}}]} | {"$lists":["vip","mail", \#
        "app"]} | yes
      {"$and":[{"$lists":{"$elemMatch":{"$eq":"vip"}}}, \#
        {"$not":{"$lists":{"$elemMatch":{"$eq":"app"}}}}]} | {"$lists":["vip","mail","app"]} | no
      # Malformed: holds for nothing
      {"$or":{"a":1}} | {"a":1} | no
      {"$and":5} | {} | no
      {"$nor":null} | {} | no
      {"$not":3} | {} | no
      {"$or":["a",{"a":1}]} | {"a":1} | yes
      {"$or":[7]} | {} | no
      """#)
  }

  @Test func fieldsAndPaths() throws {
    try check(
      #"""
      # $exists
      {"pets.dog.name":{"$exists":false}} | {"shop":"north"} | yes
      {"pets.dog.name":{"$exists":false}} | {"pets":{"dog":{"name":"rex"}}} | no
      {"pets.dog.name":{"$exists":true}} | {"shop":"north"} | no
      {"pets.dog.name":{"$exists":true}} | {"pets":{"dog":{"name":"rex"}}} | yes
      {"a":{"$exists":true}} | {"a":null} | no
      {"a":{"$exists":false}} | {"a":null} | yes
      {"a":{"$exists":true}} | {"a":false} | yes
      {"a":{"$exists":0}} | {} | yes
      {"a":{"$exists":"yes"}} | {"a":""} | yes
      # The way ends at null or at what has no members
      {"address.region":"Zhejiang"} | {"address":null} | no
      {"address.region":"Zhejiang"} | {"address":123} | no
      {"address.region":null} | {"address":"x"} | yes
      {"pets.dog.name":{"$in":["rex"]}} | {"shop":"north"} | no
      # Into lists, by canonical index and by length
      {"lines.1.sku":"b"} | {"lines":[{"sku":"a"},{"sku":"b"}]} | yes
      {"lines.01.sku":"b"} | {"lines":[{"sku":"a"},{"sku":"b"}]} | no
      {"lines.2.sku":null} | {"lines":[{"sku":"a"},{"sku":"b"}]} | yes
      {"lines.length":2} | {"lines":[1,1]} | yes
      {"text.length":null} | {"text":"ab"} | yes
      {"lines.99999999999999999999":null} | {"lines":[1]} | yes
      # Empty names are names
      {"a..b":1} | {"a":{"":{"b":1}}} | yes
      {"":1} | {"":1} | yes
      # Null
      {"referrer":null} | {"referrer":null} | yes
      {"referrer":null} | {} | yes
      {"referrer":null} | {"referrer":"c-9"} | no
      {"referrer":null} | {"referrer":0} | no
      {"referrer":null} | {"referrer":""} | no
      {"referrer":null} | {"referrer":false} | no
      {"consent":false} | {} | no
      {"consent":{"$eq":false}} | {} | no
      {"consent":{"$eq":null}} | {} | yes
      # $type
      {"a":{"$type":"string"}} | {"a":"x"} | yes
      {"a":{"$type":"string"}} | {"a":1} | no
      {"a":{"$type":"null"}} | {"a":null} | yes
      {"a":{"$type":"null"}} | {} | yes
      {"a":{"$type":"null"}} | {"a":1} | no
      {"a":{"$type":"boolean"}} | {"a":false} | yes
      {"a":{"$type":"boolean"}} | {"a":1} | no
      {"a":{"$type":"number"}} | {"a":1} | yes
      {"a":{"$type":"number"}} | {"a":1.5} | yes
      {"a":{"$type":"number"}} | {"a":"1"} | no
      {"a":{"$type":"object"}} | {"a":{"b":1}} | yes
      {"a":{"$type":"object"}} | {"a":{}} | yes
      {"a":{"$type":"object"}} | {"a":1} | no
      {"a":{"$type":"object"}} | {"a":[]} | no
      {"a":{"$type":"array"}} | {"a":[1,2]} | yes
      {"a":{"$type":"array"}} | {"a":1} | no
      {"a":{"$type":"integer"}} | {"a":1} | no
      # What the language does not know holds for nothing
      {"name":{"$regx":"ann"}} | {"name":"ann"} | no
      {"name":{"$not":{"$regx":"ann"}}} | {"name":"ann"} | yes
      {"id":{"$inGroup":"g"}} | {"id":1} | no
      {"id":{"$notInGroup":"g"}} | {"id":1} | yes
      """#)
  }

  @Test func equality() throws {
    try check(
      #"""
      {"name":"ann","points":10,"consent":false} | {"name":"ann","points":10,"consent":false} | yes
      {"trade":{"$eq":"baker"}} | {"trade":"baker"} | yes
      {"trade":{"$eq":"baker"}} | {"trade":"master baker"} | no
      {"level":{"$ne":"gold"}} | {"level":"silver"} | yes
      {"level":{"$ne":"gold"}} | {"level":"gold"} | no
      {"region":{"$ne":"north"}} | {} | yes
      {"region":{"$ne":"north"}} | {"region":null} | yes
      # $eq never coerces, and no list or object is the same as another
      {"x":{"$eq":5}} | {"x":"5"} | no
      {"x":{"$eq":true}} | {"x":1} | no
      {"x":{"$eq":5}} | {"x":5.0} | yes
      {"x":{"$eq":[1]}} | {"x":[1]} | no
      {"x":{"$ne":{}}} | {"x":{}} | yes
      # Plain values: a number is met by numbers (and booleans), never by strings or null
      {"x":5} | {"x":"5"} | no
      {"x":5} | {"x":5.0} | yes
      {"x":1} | {"x":true} | yes
      {"x":0} | {"x":false} | yes
      {"x":0} | {} | no
      {"x":0} | {"x":""} | no
      {"x":5} | {"x":[5]} | no
      # A string is met by text, a boolean by truth
      {"x":"5"} | {"x":5} | yes
      {"x":"2.5"} | {"x":2.5} | yes
      {"x":"true"} | {"x":true} | yes
      {"x":"1,2,,3"} | {"x":[1,[2,null],3]} | yes
      {"x":"[object Object]"} | {"x":{}} | yes
      {"x":"null"} | {} | no
      {"x":"1e+21"} | {"x":1e21} | yes
      {"x":"100000000000000000000"} | {"x":1e20} | yes
      {"x":"1e-7"} | {"x":1e-7} | yes
      {"x":"0.000001"} | {"x":1e-6} | yes
      {"x":"123456.789"} | {"x":123456.789} | yes
      {"x":"-1.5e-9"} | {"x":-1.5e-9} | yes
      {"x":"0"} | {"x":-0.0} | yes
      {"x":true} | {"x":"no"} | yes
      {"x":true} | {"x":1} | yes
      {"x":false} | {"x":0} | yes
      {"x":false} | {"x":""} | yes
      {"x":true} | {"x":[]} | yes
      # Text is its scalars: a precomposed accent is not a combined one
      {"x":"caf\u00e9"} | {"x":"caf\u00e9"} | yes
      {"x":"caf\u00e9"} | {"x":"cafe\u0301"} | no
      {"x":{"$eq":"caf\u00e9"}} | {"x":"cafe\u0301"} | no
      # Lists and objects, as written
      {"tags":["new","tea"]} | {"tags":["new","tea"]} | yes
      {"tags":["new","tea"]} | {"tags":["tea","new"]} | no
      {"tags":["new","tea"]} | {"tags":["new"]} | no
      {"tags":["new","tea"]} | {"tags":["new","tea","hot"]} | no
      {"tags":["new","tea"]} | {"tags":"new tea"} | no
      {"tags":[]} | {"tags":[]} | yes
      {"size":{"w":1}} | {"size":{"w":1}} | yes
      {"size":{"w":1}} | {"size":{"w":1,"h":2}} | no
      {"size":{"w":1}} | {"size":{}} | no
      {"size":{"w":1}} | {"size":"w 1"} | no
      {"size":{}} | {"size":{}} | yes
      {"size":{}} | {"size":null} | no
      {"size":{"w":1,"h":2}} | {"size":{"h":2,"w":1}} | no
      {"size":{"1":"a","2":"b"}} | {"size":{"2":"b","1":"a"}} | yes
      {"size":{"x":1,"1":"a"}} | {"size":{"1":"a","x":1}} | yes
      {"x":[1,{"b":0}]} | {"x":[1.0,{"b":-0.0}]} | yes
      {"x":[1]} | {"x":[true]} | no
      {"x":{"$eq":1,"plain":2}} | {"x":{"$eq":1,"plain":2}} | yes
      """#)
  }

  @Test func order() throws {
    try check(
      #"""
      {"age":{"$gt":30,"$lt":60}} | {"age":50} | yes
      {"age":{"$gt":30,"$lt":60}} | {"age":60} | no
      {"age":{"$gt":30,"$lt":60}} | {"age":30} | no
      {"age":{"$gt":30,"$lt":60}} | {"age":29} | no
      {"age":{"$gte":30,"$lte":60}} | {"age":50} | yes
      {"age":{"$gte":30,"$lte":60}} | {"age":30} | yes
      {"age":{"$gte":30,"$lte":60}} | {"age":60} | yes
      {"age":{"$gte":30,"$lte":60}} | {"age":61} | no
      {"name":{"$gt":"bob","$lt":"zoe"}} | {"name":"bob"} | no
      {"name":{"$gt":"bob","$lt":"zoe"}} | {"name":"zoe"} | no
      {"name":{"$gt":"bob","$lt":"zoe"}} | {"name":"max"} | yes
      {"name":{"$gt":"bob","$lt":"zoe"}} | {"name":"MAX"} | no
      # A missing field is null, which is ordered as 0
      {"x":{"$gt":-10,"$lt":10,"$gte":-9,"$lte":9,"$ne":10}} | {} | yes
      {"x":{"$lt":5}} | {} | yes
      {"x":{"$gte":5}} | {} | no
      {"x":{"$lte":5}} | {} | yes
      {"x":{"$gt":5}} | {} | no
      {"x":{"$gte":null}} | {} | yes
      {"x":{"$lt":"abc"}} | {} | no
      # Next to a number, text is read as one
      {"x":{"$gt":5,"$lt":10}} | {"x":"8"} | yes
      {"x":{"$gt":"5","$lt":"10"}} | {"x":8} | yes
      {"x":{"$lt":"10"}} | {"x":"8"} | no
      {"x":{"$gte":0,"$lte":0}} | {"x":""} | yes
      {"x":{"$gte":0,"$lte":0}} | {"x":" \n\t\ufeff"} | yes
      {"x":{"$gte":16,"$lte":16}} | {"x":"0x10"} | yes
      {"x":{"$gte":5,"$lte":5}} | {"x":"0b101"} | yes
      {"x":{"$gte":8,"$lte":8}} | {"x":"0o10"} | yes
      {"x":{"$gte":-1e9}} | {"x":"-0x10"} | no
      {"x":{"$gte":100,"$lte":100}} | {"x":" 1e2 "} | yes
      {"x":{"$gte":0.5,"$lte":0.5}} | {"x":".5"} | yes
      {"x":{"$gte":5,"$lte":5}} | {"x":"+5."} | yes
      {"x":{"$gt":1e300}} | {"x":"Infinity"} | yes
      {"x":{"$gt":1e300}} | {"x":"1e999"} | yes
      {"x":{"$lt":-1e300}} | {"x":"-Infinity"} | yes
      # What is no number is neither more nor less
      {"x":{"$gt":-1e300}} | {"x":"infinity"} | no
      {"x":{"$gt":-1e300}} | {"x":"inf"} | no
      {"x":{"$gt":-1e300}} | {"x":"nan"} | no
      {"x":{"$gt":-1e300}} | {"x":"1_000"} | no
      {"x":{"$gt":-1e300}} | {"x":"1e"} | no
      {"x":{"$gt":-1e300}} | {"x":"."} | no
      {"x":{"$gt":-1e300}} | {"x":"0x"} | no
      {"x":{"$gt":-1e300}} | {"x":"0x1p3"} | no
      {"x":{"$gt":-1e300}} | {"x":"eight"} | no
      {"x":{"$lte":1e300}} | {"x":{}} | no
      # Booleans are 0 and 1, lists their text
      {"x":{"$lt":true}} | {"x":false} | yes
      {"x":{"$gt":4}} | {"x":[5]} | yes
      {"x":{"$gt":4}} | {"x":[5,6]} | no
      {"x":{"$lte":0}} | {"x":[]} | yes
      {"x":{"$lt":"1,3"}} | {"x":[1,2]} | yes
      {"x":{"$lt":"p"}} | {"x":{}} | yes
      # By UTF-16 units an emoji comes before U+FFFD
      {"x":{"$lt":"\ufffd"}} | {"x":"\ud83d\ude00"} | yes
      {"x":{"$gt":"\ufffd"}} | {"x":"\ud83d\ude00"} | no
      # Integers are exact beyond 2^53
      {"x":{"$gt":9007199254740992}} | {"x":9007199254740993} | yes
      {"x":{"$eq":9007199254740992}} | {"x":9007199254740993} | no
      """#)
  }
}
