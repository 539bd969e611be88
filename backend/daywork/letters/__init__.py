"""Letters (待处理记录): records that reached the office and could not be booked, until somebody
settles each of them. Nothing here is ever deleted."""
