//! Who has which slots, as far as is known.

use std::collections::HashMap;
use std::sync::Arc;

use redis::Value;

use super::super::slot::{SLOTS, slot};
use super::super::supervisor::Supervisor;

/// A host and a port.
pub(super) type Place = (String, u16);

/// A primary.
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) supervisor: Arc<Supervisor>,
}

/// Where every slot is.
#[derive(Clone, Default)]
pub(super) struct Map {
    /// Those with slots first, in the order of their slots.
    pub(super) nodes: Vec<Arc<Node>>,
    /// The place of each slot's node in `nodes`.
    slots: Vec<Option<u16>>,
    count_with_slots: usize,
    /// Nodes that can be asked for a map besides those: replicas, one of which may be a primary tomorrow.
    pub(super) others: Vec<Place>,
}

impl Map {
    pub(super) fn new(layout: Layout, mut node: impl FnMut(&Place) -> Arc<Node>) -> Map {
        let mut map =
            Map { slots: vec![None; usize::from(SLOTS)], others: layout.replicas, ..Map::default() };
        let mut known: HashMap<Place, u16> = HashMap::new();
        let with_slots = layout.ranges.iter().map(|(_, _, place)| (place, true));
        for (place, has_slots) in with_slots.chain(layout.without_slots.iter().map(|place| (place, false))) {
            if !known.contains_key(place) {
                let index = u16::try_from(map.nodes.len()).unwrap_or(u16::MAX);
                known.insert(place.clone(), index);
                map.nodes.push(node(place));
                map.count_with_slots += usize::from(has_slots);
            }
        }
        for (first, last, place) in &layout.ranges {
            if let Some(slots) = map.slots.get_mut(usize::from(*first)..=usize::from(*last)) {
                slots.fill(known.get(place).copied());
            }
        }
        map
    }

    pub(super) fn of_key(&self, key: &[u8]) -> Option<&Arc<Node>> {
        self.of_slot(slot(key))
    }

    pub(super) fn of_slot(&self, slot: u16) -> Option<&Arc<Node>> {
        let index = self.slots.get(usize::from(slot)).copied().flatten()?;
        self.nodes.get(usize::from(index))
    }

    /// From which nodes to which others slots have moved since an older map.
    pub(super) fn moves_from<'m>(&'m self, old: &'m Map) -> Vec<(&'m Node, &'m Node)> {
        let mut moves: Vec<(&Node, &Node)> = Vec::new();
        for slot in 0..SLOTS {
            let (Some(from), Some(to)) = (old.of_slot(slot), self.of_slot(slot)) else { continue };
            let is_known = moves.iter().any(|one| std::ptr::eq(one.0, &**from) && std::ptr::eq(one.1, &**to));
            if !Arc::ptr_eq(from, to) && !is_known {
                moves.push((from, to));
            }
        }
        moves
    }

    pub(super) fn of_place(&self, host: &str, port: u16) -> Option<&Arc<Node>> {
        self.nodes.iter().find(|node| node.place.0 == host && node.place.1 == port)
    }

    /// Notes that a slot is somewhere else. `None`: at a node that is not known, or that is noted already.
    pub(super) fn moved(&self, slot: u16, host: &str, port: u16) -> Option<Map> {
        let index = self.nodes.iter().position(|node| node.place.0 == host && node.place.1 == port)?;
        let index = u16::try_from(index).ok();
        let slot = usize::from(slot);
        if *self.slots.get(slot)? == index {
            return None;
        }
        let mut map = self.clone();
        *map.slots.get_mut(slot)? = index;
        Some(map)
    }

    /// Whether every slot has a node that can be talked to.
    pub(super) fn is_whole(&self) -> bool {
        !self.slots.is_empty()
            && self.slots.iter().all(Option::is_some)
            && self.with_slots().all(|node| node.supervisor.is_connected())
    }

    /// Whether there is nothing to be found out: a node without slots that is not connected to may be a replica by now.
    pub(super) fn is_settled(&self) -> bool {
        self.is_whole() && self.nodes.iter().all(|node| node.supervisor.is_connected())
    }

    /// The nodes that may hold keys: those with slots, and of the others those that are primaries indeed.
    pub(super) fn holders(&self) -> impl Iterator<Item = &Arc<Node>> {
        let is_primary = |node: &&Arc<Node>| node.supervisor.is_connected();
        self.with_slots().chain(self.nodes.iter().skip(self.count_with_slots).filter(is_primary))
    }

    /// The nodes that have slots, as far as the map was made with them.
    fn with_slots(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.iter().take(self.count_with_slots)
    }

    /// Whether a node had no slots when the map was made. A replica that is new looks like that for a moment.
    pub(super) fn is_without_slots(&self, node: &Arc<Node>) -> bool {
        !self.with_slots().any(|other| Arc::ptr_eq(node, other))
    }
}

/// What a node says of its cluster.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// First and last slot, and their primary, in the order of the slots.
    pub(super) ranges: Vec<(u16, u16, Place)>,
    pub(super) replicas: Vec<Place>,
    /// Primaries without slots: one that is new may be about to get some, with keys of others already in it.
    pub(super) without_slots: Vec<Place>,
}

impl Layout {
    /// From the answers to `CLUSTER SLOTS` and `CLUSTER NODES` of the node at `asked`.
    pub(super) fn parse(slots: &Value, nodes: &str, asked: &Place) -> Option<Layout> {
        let Value::Array(ranges) = slots else { return None };
        let mut layout = Layout::default();
        for range in ranges {
            let Value::Array(parts) = range else { return None };
            let [Value::Int(first), Value::Int(last), primary, replicas @ ..] = &parts[..] else {
                return None;
            };
            let (first, last) = (u16::try_from(*first).ok()?, u16::try_from(*last).ok()?);
            // A node that does not know its own address is where it was asked.
            layout.ranges.push((first, last, node(primary, asked)?));
            layout.replicas.extend(replicas.iter().filter_map(|replica| node(replica, asked)));
        }
        layout.ranges.sort();
        layout.replicas.sort();
        layout.replicas.dedup();
        layout.without_slots = nodes.lines().filter_map(|line| without_slots(line, asked)).collect();
        Some(layout)
    }
}

fn node(value: &Value, asked: &Place) -> Option<Place> {
    let Value::Array(parts) = value else { return None };
    let host = match parts.first()? {
        Value::BulkString(host) if host == b"?" => return None,
        Value::BulkString(host) if !host.is_empty() => String::from_utf8(host.clone()).ok()?,
        _ => asked.0.clone(),
    };
    let Value::Int(port) = parts.get(1)? else { return None };
    Some((host, u16::try_from(*port).ok()?))
}

/// The place of a primary without slots, in a line of `CLUSTER NODES`:
/// `id host:port@bus,name flags primary ping pong epoch link slots…`
fn without_slots(line: &str, asked: &Place) -> Option<Place> {
    let mut words = line.split(' ');
    let (address, flags) = (words.nth(1)?, words.next()?);
    let flags: Vec<&str> = flags.split(',').collect();
    let is_gone = flags.iter().any(|flag| matches!(*flag, "fail" | "noaddr" | "handshake"));
    // Behind the flags: primary, ping, pong, epoch, link; then the slots, of which those that move stand in brackets.
    let mut slots = words.skip(5).filter(|slot| !slot.starts_with('['));
    if !flags.contains(&"master") || is_gone || slots.next().is_some() {
        return None;
    }
    let (host, port) = address.split(['@', ',']).next()?.rsplit_once(':')?;
    let host = if host.is_empty() { asked.0.clone() } else { host.to_owned() };
    Some((host, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(host: &str, port: u16) -> Place {
        (host.to_owned(), port)
    }

    fn entry(host: &str, port: i64) -> Value {
        let id = Value::BulkString(b"id".to_vec());
        Value::Array(vec![Value::BulkString(host.into()), Value::Int(port), id, Value::Array(vec![])])
    }

    #[test]
    fn slots_and_nodes_make_a_layout() {
        let slots = Value::Array(vec![
            Value::Array(vec![Value::Int(8000), Value::Int(16383), entry("", 7001)]),
            Value::Array(vec![Value::Int(0), Value::Int(7999), entry("one", 7000), entry("one", 7003)]),
        ]);
        let nodes = "a one:7000@17000 master - 0 0 1 connected 0-7999 [8000-<-b]\n\
                     b me:7001@17001,name myself,master - 0 0 2 connected 8000-16383\n\
                     c one:7002@17002 master - 0 0 3 connected\n\
                     e one:7005@17005 master - 0 0 3 connected [7-<-a]\n\
                     d one:7003@17003 slave a 0 0 1 connected\n\
                     f :0@0 master,noaddr - 0 0 0 disconnected\n\
                     g one:7004@17004 master,fail - 0 0 0 disconnected\n";
        let layout = Layout::parse(&slots, nodes, &place("me", 7001));
        let expected = Layout {
            ranges: vec![(0, 7999, place("one", 7000)), (8000, 16383, place("me", 7001))],
            replicas: vec![place("one", 7003)],
            without_slots: vec![place("one", 7002), place("one", 7005)],
        };
        assert_eq!(layout, Some(expected));
    }

    #[test]
    fn what_is_no_layout_is_none() {
        assert_eq!(Layout::parse(&Value::Nil, "", &place("me", 1)), None);
        let odd = Value::Array(vec![Value::Array(vec![Value::Int(1)])]);
        assert_eq!(Layout::parse(&odd, "", &place("me", 1)), None);
        let range = Value::Array(vec![Value::Array(vec![Value::Int(0), Value::Int(70_000), entry("x", 1)])]);
        assert_eq!(Layout::parse(&range, "", &place("me", 1)), None);
    }
}
